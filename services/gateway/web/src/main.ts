import {mount} from 'svelte'
import './app/styles.css'
import App from './app/App.svelte'

const target = document.getElementById('app') ?? document.body
target.replaceChildren()
mount(App, {target})

// Needed only to open Outlay offline; some browsers refuse it in private windows.
if (import.meta.env.PROD && 'serviceWorker' in navigator) void navigator.serviceWorker.register('/sw.js').catch(() => {})
