/** Lengths of bars from 0 to 1, from amounts in minor units; every amount but zero stays visible. */
export function barLengths(amounts: readonly bigint[]): number[] {
  const sizes = amounts.map((amount) => (amount < 0n ? -amount : amount))
  const longest = sizes.reduce((most, size) => (size > most ? size : most), 0n)
  if (longest === 0n) return sizes.map(() => 0)
  // A length may be a float; no money is computed from it.
  return sizes.map((size) => (size === 0n ? 0 : Math.max(0.01, Number((size * 1000n) / longest) / 1000)))
}
