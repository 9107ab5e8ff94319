export const noRate = (homeCurrency: string): string =>
  `No exchange rate is known for this currency. Enter the amount in ${homeCurrency}.`
