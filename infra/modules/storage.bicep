// The storage account: the app's tables and queues, the host's own blobs, the deployment package.

import { StorageSku, Tags } from 'types.bicep'

param name string
param location string
param tags Tags

@description('Tables that exist from the start; tables of a day come and go, which the app does.')
param tables string[]
param queues string[]
param deploymentContainer string

@description('False: reached through private endpoints, and from the address ranges below.')
param publicAccess bool
param allowedIpRanges string[]

param sku StorageSku

var softDeleteDays = 7

resource account 'Microsoft.Storage/storageAccounts@2025-08-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: sku }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: publicAccess || !empty(allowedIpRanges) ? 'Enabled' : 'Disabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: publicAccess ? 'Allow' : 'Deny'
      ipRules: [for range in allowedIpRanges: { action: 'Allow', value: range }]
    }
    encryption: {
      keySource: 'Microsoft.Storage'
      requireInfrastructureEncryption: true
      services: {
        blob: { enabled: true, keyType: 'Account' }
        file: { enabled: true, keyType: 'Account' }
        queue: { enabled: true, keyType: 'Account' }
        table: { enabled: true, keyType: 'Account' }
      }
    }
  }

  resource blobs 'blobServices' = {
    name: 'default'
    properties: {
      deleteRetentionPolicy: { enabled: true, days: softDeleteDays }
      containerDeleteRetentionPolicy: { enabled: true, days: softDeleteDays }
    }

    resource packages 'containers' = {
      name: deploymentContainer
      properties: { publicAccess: 'None' }
    }
  }

  resource queueService 'queueServices' = {
    name: 'default'

    resource queue 'queues' = [for queue in queues: { name: queue }]
  }

  resource tableService 'tableServices' = {
    name: 'default'

    resource table 'tables' = [for table in tables: { name: table }]
  }

  resource lifecycle 'managementPolicies' = {
    name: 'default'
    dependsOn: [blobs]
    properties: {
      policy: {
        rules: [
          {
            // Status and lock blobs of functions that are gone; live ones are rewritten at least daily.
            // Function keys are in azure-webjobs-secrets, which no rule may touch.
            name: 'host-leftovers'
            type: 'Lifecycle'
            enabled: true
            definition: {
              filters: { blobTypes: ['blockBlob'], prefixMatch: ['azure-webjobs-hosts/'] }
              actions: {
                baseBlob: { delete: { daysAfterModificationGreaterThan: 90 } }
                snapshot: { delete: { daysAfterCreationGreaterThan: 30 } }
              }
            }
          }
          {
            // The package itself is needed whenever an instance starts: only its snapshots go.
            name: 'old-packages'
            type: 'Lifecycle'
            enabled: true
            definition: {
              filters: { blobTypes: ['blockBlob'], prefixMatch: ['${deploymentContainer}/'] }
              actions: { snapshot: { delete: { daysAfterCreationGreaterThan: 30 } } }
            }
          }
        ]
      }
    }
  }
}
