/** Strokes on a 24 by 24 grid. */
export const icons = {
  overview: 'M4 13h6V4H4zM14 20h6v-9h-6zM4 20h6v-4H4zM14 8h6V4h-6z',
  expenses: 'M5 6h14M5 12h14M5 18h9',
  budgets: 'M4 17a8 8 0 1 1 16 0M12 17l4-6',
  alerts: 'M6 16V11a6 6 0 1 1 12 0v5l2 2H4zM10 21h4',
  import: 'M12 4v11M7 11l5 5 5-5M5 20h14',
  settings: 'M4 7h9M17 7h3M4 17h3M11 17h9M13 7a2 2 0 1 0 4 0 2 2 0 1 0-4 0M7 17a2 2 0 1 0 4 0 2 2 0 1 0-4 0',
  plus: 'M12 5v14M5 12h14',
  close: 'M6 6l12 12M18 6L6 18',
  edit: 'M4 20l1-4L16 5l3 3L8 19zM14 7l3 3',
  trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10 11v5M14 11v5',
  filter: 'M4 6h16M7 12h10M10 18h4',
  search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14M16 16l4 4',
  history: 'M4 5v5h5M4.5 10a8 8 0 1 1-.5 4M12 8v5l3 2',
  mail: 'M4 6h16v12H4zM4 7l8 6 8-6',
  signOut: 'M10 4H5v16h5M14 8l4 4-4 4M18 12H9',
  check: 'M5 12l5 5 9-10',
  clip: 'M8 12l6-6a3 3 0 0 1 4 4l-8 8a5 5 0 0 1-7-7l7-7',
  camera: 'M4 8h4l2-3h4l2 3h4v11H4zM12 10a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7',
  retry: 'M19 5v5h-5M19.5 10a8 8 0 1 0 .5 4',
  previous: 'M15 5l-7 7 7 7',
  next: 'M9 5l7 7-7 7',
  save: 'M12 4v11M7 11l5 5 5-5M5 20h14',
  document: 'M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6',
  warning: 'M12 4l9 16H3zM12 10v4M12 17v.5',
} as const

export type IconName = keyof typeof icons
