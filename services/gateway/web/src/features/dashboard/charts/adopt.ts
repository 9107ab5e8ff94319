import type {ChartConfiguration, ChartData, ChartDataset, ChartOptions} from 'chart.js'

interface Drawn {
  data: ChartData
  options: ChartOptions
  update(): void
}

/** Moves a chart that is drawn to other data. Its datasets stay the same objects, from which the library animates. */
export function adopt(chart: Drawn, wanted: Pick<ChartConfiguration, 'data' | 'options'>): void {
  const before = JSON.stringify([chart.data.labels, chart.data.datasets.map(plain)])
  const after = JSON.stringify([wanted.data.labels, wanted.data.datasets.map(plain)])
  chart.options = {...wanted.options} as ChartOptions
  if (before === after) return
  chart.data.labels = wanted.data.labels
  wanted.data.datasets.forEach((dataset, index) => {
    const drawn = chart.data.datasets[index]
    if (drawn) Object.assign(drawn, dataset)
    else chart.data.datasets.push(dataset)
  })
  chart.data.datasets.length = wanted.data.datasets.length
  chart.update()
}

/** What is ours: the library adds notes of its own to a dataset. */
const plain = ({data, backgroundColor, borderColor, borderWidth}: ChartDataset) => ({data, backgroundColor, borderColor, borderWidth})
