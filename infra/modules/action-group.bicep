// Who hears of an alert.

import { Tags, Webhook } from 'types.bicep'

param name string
param tags Tags
param emails string[]
param webhooks Webhook[]

resource group 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: name
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'FoundryMon'
    enabled: true
    emailReceivers: [
      for (email, at) in emails: {
        name: 'email-${at}'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
    webhookReceivers: [
      for webhook in webhooks: {
        name: webhook.name
        serviceUri: webhook.uri
        useCommonAlertSchema: true
      }
    ]
  }
}
