/** A native histogram as a client counts it: exponential buckets, a power of 2^(2^-schema) each. */
export interface NativeSample {
  readonly at: number;
  readonly schema: number;
  readonly sum: number;
  readonly zeroThreshold: number;
  readonly zeroCount: number;
  /** Count of the bucket (base^(index-1), base^index], by index. */
  readonly positive: ReadonlyMap<number, number>;
  /** Count of the bucket [-base^index, -base^(index-1)), by index. */
  readonly negative?: ReadonlyMap<number, number>;
}

/** A series of native histograms for a server. */
export interface NativeSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: readonly NativeSample[];
}

/**
 * Hands native histograms to a Prometheus that was started with `--web.enable-remote-write-receiver` and
 * `--enable-feature=native-histograms`. Text has no form for them, so this is remote write 1.0: a protobuf message
 * (prompb/remote.proto and prompb/types.proto of Prometheus 2.42), in a Snappy block of literals.
 * @throws Error when the server refuses
 */
export async function writeNativeHistograms(url: string, series: readonly NativeSeries[]): Promise<void> {
  const message = series.flatMap((one) => field(1, writeSeries(one)));
  const response = await fetch(`${url}/api/v1/write`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-protobuf',
      'content-encoding': 'snappy',
      'x-prometheus-remote-write-version': '0.1.0',
    },
    body: snappyLiterals(Uint8Array.from(message)),
  });
  if (!response.ok) throw new Error(`remote write: HTTP ${response.status}: ${await response.text()}`);
}

type Bytes = readonly number[];

function writeSeries({ labels, samples }: NativeSeries): Bytes {
  const pairs = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    ...pairs.flatMap(([name, value]) => field(1, [...field(1, text(name)), ...field(2, text(value))])),
    ...samples.flatMap((sample) => field(4, writeHistogram(sample))),
  ];
}

function writeHistogram(sample: NativeSample): Bytes {
  const { positive, negative = new Map<number, number>() } = sample;
  const count = [...positive.values(), ...negative.values()].reduce((a, b) => a + b, sample.zeroCount);
  return [
    ...number(1, varint(BigInt(count))),
    ...double(3, sample.sum),
    ...number(4, zigzag(sample.schema)),
    ...double(5, sample.zeroThreshold),
    ...number(6, varint(BigInt(sample.zeroCount))),
    ...writeBuckets(negative, { spans: 8, deltas: 9 }),
    ...writeBuckets(positive, { spans: 11, deltas: 12 }),
    ...number(15, varint(BigInt(sample.at))),
  ];
}

/** One span per bucket: its distance from the one before; then how its count differs from that one's. */
function writeBuckets(
  buckets: ReadonlyMap<number, number>,
  at: { readonly spans: number; readonly deltas: number },
): Bytes {
  const rising = [...buckets].sort(([a], [b]) => a - b);
  const spans = rising.map(([index], place) => {
    const before = rising[place - 1];
    const offset = before === undefined ? index : index - before[0] - 1;
    return field(at.spans, [...number(1, zigzag(offset)), ...number(2, varint(1n))]);
  });
  const deltas = rising.flatMap(([, count], place) => zigzag(count - (rising[place - 1]?.[1] ?? 0)));
  return [...spans.flat(), ...(deltas.length === 0 ? [] : field(at.deltas, deltas))];
}

/** Wire types of protobuf: 0 varint, 1 eight bytes, 2 with a length. */
function field(id: number, content: Bytes): Bytes {
  return [...varint(BigInt((id << 3) | 2)), ...varint(BigInt(content.length)), ...content];
}

function number(id: number, value: Bytes): Bytes {
  return [...varint(BigInt(id << 3)), ...value];
}

function double(id: number, value: number): Bytes {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  return [...varint(BigInt((id << 3) | 1)), ...bytes];
}

function text(value: string): Bytes {
  return [...new TextEncoder().encode(value)];
}

function varint(value: bigint): Bytes {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7n) {
    if (rest < 128n) return [...bytes, Number(rest)];
    bytes.push(Number(rest & 127n) | 128);
  }
}

function zigzag(value: number): Bytes {
  return varint(BigInt(value < 0 ? -2 * value - 1 : 2 * value));
}

/** The Snappy block format without compression: the length, then literals of up to 65,536 bytes, each after its own length. */
function snappyLiterals(message: Uint8Array): Uint8Array {
  const block: number[] = [...varint(BigInt(message.length))];
  for (let from = 0; from < message.length; from += 65_536) {
    const part = message.subarray(from, from + 65_536);
    const last = part.length - 1;
    block.push(0xf4, last & 0xff, last >> 8, ...part);
  }
  return Uint8Array.from(block);
}
