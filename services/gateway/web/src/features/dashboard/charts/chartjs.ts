// Only the parts in use, to keep the bundle small. Loaded with the first chart.
import {ArcElement, BarController, BarElement, CategoryScale, Chart, DoughnutController, LinearScale, Tooltip} from 'chart.js'

Chart.register(ArcElement, BarController, BarElement, CategoryScale, DoughnutController, LinearScale, Tooltip)

export {Chart}
