// What Azure Monitor watches: the monitor's own alerts, and the monitor itself.

import { Tags } from 'types.bicep'

@description('What the names of the rules begin with.')
param prefix string
param location string
param tags Tags
param insightsName string
param actionGroupName string

@description('How often the monitor\'s alerts are looked for; each minute costs more.')
param frequency 'PT1M' | 'PT5M'

var severities = [
  { word: 'critical', level: 0 }
  { word: 'error', level: 1 }
  { word: 'warning', level: 2 }
  { word: 'info', level: 3 }
]

// One rule a severity. An alert that fires repeats itself every 5 minutes, so its latest event of 15
// minutes tells how it stands. All columns named here are constant for an alert_id: it alone splits.
// Azure evaluates no query each minute that has union, search or take in it, so this one has none.
var monitored = map(severities, each => {
  name: 'alerts-${each.word}'
  rule: {
    description: 'Alerts of severity ${each.word} that fire and are not silenced.'
    severity: each.level
    query: replace(loadTextContent('../kql/alerts.kql'), '{severity}', each.word)
    frequency: frequency
    window: 'PT15M'
    dimensions: ['alert_id', 'rule', 'model', 'deployment', 'application', 'resource']
  }
})

var own = [
  {
    name: 'missing-heartbeat'
    rule: {
      description: 'No sign of life for 15 minutes: timers stand still or telemetry does not arrive.'
      severity: 1
      query: loadTextContent('../kql/missing-heartbeat.kql')
      frequency: 'PT5M'
      window: 'PT15M'
      measure: 'heartbeats'
      operator: 'LessThan'
      threshold: 1
    }
  }
  {
    name: 'failed-functions'
    rule: {
      description: 'A timer, queue function or route ended in an error.'
      severity: 2
      query: loadTextContent('../kql/failed-functions.kql')
      frequency: 'PT15M'
      window: 'PT1H'
      dimensions: ['function']
    }
  }
  {
    name: 'poison-messages'
    rule: {
      description: 'A queue message was given up after five tries: what it carried was not delivered.'
      severity: 2
      query: loadTextContent('../kql/poison-messages.kql')
      frequency: 'PT15M'
      window: 'PT1H'
      dimensions: ['queue']
    }
  }
  {
    name: 'ingest-errors'
    rule: {
      description: 'More than 5 posts of records in 15 minutes were answered with a server error.'
      severity: 1
      query: loadTextContent('../kql/ingest-errors.kql')
      frequency: 'PT5M'
      window: 'PT15M'
      measure: 'failures'
      threshold: 5
    }
  }
  {
    name: 'unpriced-models'
    rule: {
      description: 'A model has traffic but no price, so costs are understated.'
      severity: 3
      query: loadTextContent('../kql/unpriced-models.kql')
      frequency: 'PT1H'
      window: 'P1D'
      dimensions: ['model']
    }
  }
]

module rule 'alert-rule.bicep' = [
  for each in concat(monitored, own): {
    name: 'alert-rule-${each.name}'
    params: {
      name: '${prefix}-${each.name}'
      location: location
      tags: tags
      insightsName: insightsName
      actionGroupName: actionGroupName
      rule: each.rule
    }
  }
]
