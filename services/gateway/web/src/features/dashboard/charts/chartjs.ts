// Only the parts that are drawn here, so that the library stays small. Loaded when the first chart is drawn.
import {ArcElement, BarController, BarElement, CategoryScale, Chart, DoughnutController, LinearScale, Tooltip} from 'chart.js'

Chart.register(ArcElement, BarController, BarElement, CategoryScale, DoughnutController, LinearScale, Tooltip)

export {Chart}
