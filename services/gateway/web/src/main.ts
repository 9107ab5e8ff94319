import {mount} from 'svelte'
import App from './App.svelte'
import './styles/index.css'

const target = document.getElementById('app') ?? document.body
target.replaceChildren()
mount(App, {target})

// Without it everything works but opening Outlay offline; some browsers refuse it in private windows.
if (import.meta.env.PROD && 'serviceWorker' in navigator) void navigator.serviceWorker.register('/sw.js').catch(() => {})
