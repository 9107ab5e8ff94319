export {unreadAlerts as alerts} from './alerts.svelte'
export {budgets} from './budgets.svelte'
export {categories} from './categories.svelte'
export {payees} from './payees.svelte'
