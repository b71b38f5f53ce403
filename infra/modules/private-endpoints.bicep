// Private endpoints for all that the app reaches privately: three services of storage, and the vault.

import { Tags } from 'types.bicep'

param suffix string
param location string
param tags Tags
param networkName string
param storageName string

@description('Empty where there is no vault.')
param vaultName string

resource storage 'Microsoft.Storage/storageAccounts@2025-08-01' existing = { name: storageName }

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = if (!empty(vaultName)) {
  name: vaultName
}

// One at a time: Azure refuses two changes of a subnet at once.
@batchSize(1)
module toStorage 'private-endpoint.bicep' = [
  for service in ['blob', 'queue', 'table']: {
    name: 'endpoint-${service}'
    params: {
      name: 'pe-${service}-${suffix}'
      location: location
      tags: tags
      networkName: networkName
      targetId: storage.id
      groupId: service
      zoneName: 'privatelink.${service}.${environment().suffixes.storage}'
    }
  }
]

module toVault 'private-endpoint.bicep' = if (!empty(vaultName)) {
  name: 'endpoint-vault'
  dependsOn: [toStorage]
  params: {
    name: 'pe-vault-${suffix}'
    location: location
    tags: tags
    networkName: networkName
    targetId: vault.id
    groupId: 'vault'
    zoneName: 'privatelink.vaultcore.azure.net'
  }
}
