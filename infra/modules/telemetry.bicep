// Application Insights on a Log Analytics workspace: alerts, minute metrics, the functions' logs.

import { Tags, Telemetry } from 'types.bicep'

param workspaceName string
param insightsName string
param location string
param tags Tags
param telemetry Telemetry

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' = {
  name: workspaceName
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: telemetry.?retentionDays ?? 30
    workspaceCapping: { dailyQuotaGb: telemetry.?dailyCapGb ?? 1 }
    features: {
      disableLocalAuth: true
      enableLogAccessUsingOnlyResourcePermissions: true
    }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: insightsName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    IngestionMode: 'LogAnalytics'
    DisableLocalAuth: !(telemetry.?localAuth ?? false)
  }
}
