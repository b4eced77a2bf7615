/** Where Belay itself is. */
export const HOME = 'https://github.com/belay-dev/belay';
