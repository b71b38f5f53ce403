// What the app keeps in storage from the start; tables of a day come and go, which the app does.

// As FIXED_TABLES of shared/adapters/tables.py has them.
@export()
var tables = [
  'alerts'
  'annotations'
  'anomalies'
  'applications'
  'baselinehistory'
  'baselines'
  'budgets'
  'channels'
  'control'
  'costanomalies'
  'degradations'
  'deployments'
  'digests'
  'erasures'
  'inhibitions'
  'metrics'
  'prices'
  'recommendations'
  'reservations'
  'rollups'
  'routes'
  'rules'
  'sessions'
  'silences'
]

// Each that a function reads, and beside it the one for what the function gives up on.
@export()
var queues = ['notifications', 'notifications-poison']
