import {describe, expect, it} from 'vitest'
import {updateChart} from './update-chart'

const drawn = (data: number[]) => {
  const chart = {updates: 0, data: {labels: ['a', 'b'], datasets: [{data, backgroundColor: 'red'}]}, options: {}, update: () => void chart.updates++}
  return chart
}
const wanted = (data: number[], backgroundColor = 'red') => ({data: {labels: ['a', 'b'], datasets: [{data, backgroundColor}]}, options: {}})

describe('a drawn chart', () => {
  it('keeps its dataset when the figures change', () => {
    const chart = drawn([1, 2])
    const [dataset] = chart.data.datasets
    updateChart(chart as never, wanted([1, 5]) as never)
    expect(chart.data.datasets[0]).toBe(dataset)
    expect(dataset?.data).toEqual([1, 5])
    expect(chart.updates).toBe(1)
  })

  it('is left alone when nothing changed', () => {
    const chart = drawn([1, 2])
    updateChart(chart as never, wanted([1, 2]) as never)
    expect(chart.updates).toBe(0)
  })

  it('takes the colours of another theme', () => {
    const chart = drawn([1, 2])
    updateChart(chart as never, wanted([1, 2], 'blue') as never)
    expect(chart.data.datasets[0]?.backgroundColor).toBe('blue')
    expect(chart.updates).toBe(1)
  })
})
