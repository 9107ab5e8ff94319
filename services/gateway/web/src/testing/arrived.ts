import {waitFor} from '@testing-library/svelte'
import {type Call, server} from './server'

/** Waits for the only request of a method and path. */
export const arrived = (request: string): Promise<Call> => waitFor(() => server.theCall(request))
