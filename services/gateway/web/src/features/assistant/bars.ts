/** Lengths of bars from 0 to 1, from amounts in the smallest unit; what is not zero can be seen. */
export function barsOf(amounts: readonly bigint[]): number[] {
  const sizes = amounts.map((amount) => (amount < 0n ? -amount : amount))
  const longest = sizes.reduce((most, size) => (size > most ? size : most), 0n)
  if (longest === 0n) return sizes.map(() => 0)
  // A length may be a float; the money it stands for is not computed with.
  return sizes.map((size) => (size === 0n ? 0 : Math.max(0.01, Number((size * 1000n) / longest) / 1000)))
}
