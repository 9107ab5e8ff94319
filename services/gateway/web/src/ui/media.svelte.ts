import {MediaQuery} from 'svelte/reactivity'

/** The same breakpoint as in the style sheets. */
export const wide = new MediaQuery('width >= 48rem')
