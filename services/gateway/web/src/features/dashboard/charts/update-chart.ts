import type {ChartConfiguration, ChartData, ChartDataset, ChartOptions} from 'chart.js'

interface Drawn {
  data: ChartData
  options: ChartOptions
  update(): void
}

/** Gives a drawn chart new data. Its datasets stay the same objects, so that Chart.js animates from them. */
export function updateChart(chart: Drawn, wanted: Pick<ChartConfiguration, 'data' | 'options'>): void {
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

/** Only our own properties: Chart.js adds more to a dataset. */
const plain = ({data, backgroundColor, borderColor, borderWidth}: ChartDataset) => ({data, backgroundColor, borderColor, borderWidth})
