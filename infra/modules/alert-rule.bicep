// One log search rule over Application Insights, which resolves when its condition no longer holds.

import { AlertRule, Tags } from 'types.bicep'

param name string
param location string
param tags Tags
param insightsName string
param actionGroupName string
param rule AlertRule

resource insights 'Microsoft.Insights/components@2020-02-02' existing = { name: insightsName }

resource group 'Microsoft.Insights/actionGroups@2023-01-01' existing = { name: actionGroupName }

resource alert 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = {
  name: name
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: name
    description: rule.description
    severity: rule.severity
    enabled: true
    scopes: [insights.id]
    evaluationFrequency: rule.frequency
    windowSize: rule.window
    autoMitigate: true
    // Tables come into being with their first record, which may be after this rule.
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: rule.query
          operator: rule.?operator ?? 'GreaterThan'
          threshold: rule.?threshold ?? 0
          timeAggregation: empty(rule.?measure) ? 'Count' : 'Total'
          metricMeasureColumn: rule.?measure
          dimensions: [
            for column in rule.?dimensions ?? []: {
              name: column
              operator: 'Include'
              values: ['*']
            }
          ]
          failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
        }
      ]
    }
    actions: { actionGroups: [group.id] }
  }
}
