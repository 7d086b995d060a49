/** Line drawings on a ground of 24 by 24, as paths. */
export const ICONS = {
  check: 'M4 12.5 9.5 18 20 6.5',
  alert: 'M12 3 2 20.5h20L12 3ZM12 9.5v5M12 17.2v.6',
  stop: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM8.5 8.5l7 7M15.5 8.5l-7 7',
  search: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM15.5 15.5 21 21',
  cloud: 'M7 19a4.5 4.5 0 0 1-.6-9A6 6 0 0 1 18 9.6A4.7 4.7 0 0 1 17.5 19H7Z',
  off: 'M16 19H7a4.5 4.5 0 0 1-1.3-8.8M9 6.8A6 6 0 0 1 18 9.6a4.7 4.7 0 0 1 2.8 7.3M4 4l16.5 16.5',
  printer: 'M7 8V3h10v5M7 17H4V8h16v9h-3M7 14h10v7H7v-7Z',
  up: 'M12 20V5M6 10.5 12 4.5l6 6',
  back: 'M15 5l-7 7 7 7',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  bin: 'M4 7h16M9 7V4h6v3M6.5 7l1 13h9l1-13M10 11v5.5M14 11v5.5',
  scan: 'M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M7 9v6M10.5 9v6M14 9v6M17 9v6',
  scale: 'M4 20h16M6 20l1.5-8h9L18 20M12 12V8M5 8h14M12 15v2',
  return: 'M9 7H5V3M5.5 7A8 8 0 1 1 4 12.5',
} as const
