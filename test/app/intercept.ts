/** What happens in place of one call: `run` is the call itself. */
export type Around = (method: string, run: () => Promise<unknown>) => Promise<unknown>;

/** The same object, with something around each call of the given methods. */
export function intercept<Target extends object>(
  target: Target,
  methods: ReadonlySet<string>,
  around: Around,
): Target {
  return new Proxy(target, {
    get(inner, name) {
      const value = Reflect.get(inner, name, inner);
      if (typeof value !== 'function') return value;
      const bound = value.bind(inner);
      if (!methods.has(String(name))) return bound;
      return (...args: unknown[]) => around(String(name), async () => bound(...args));
    },
  });
}
