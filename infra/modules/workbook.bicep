// The workbook over what the app tells Application Insights; it stands there, under Workbooks.
//
// workbooks/foundry-monitor.json is made by tools/workbook from the queries beside it.

import { Tags } from 'types.bicep'

@description('A GUID: workbooks have no other names.')
param name string
param title string
param location string
param tags Tags
param insightsName string

resource insights 'Microsoft.Insights/components@2020-02-02' existing = { name: insightsName }

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: name
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: title
    description: 'Models, alerts, degradation, cost and ingest of the AI applications watched here.'
    category: 'workbook'
    version: 'Notebook/1.0'
    sourceId: insights.id
    serializedData: replace(
      string(loadJsonContent('../workbooks/foundry-monitor.json')),
      '{insights}',
      insights.id
    )
  }
}

output url string = '${environment().portal}/#resource${workbook.id}'
