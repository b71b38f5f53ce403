// Every role that anybody is given here, each at the narrowest scope that does the work.
//
// The app at the account: the host keeps leases and function keys in containers that it creates
// itself, and the app creates and drops a table a day. At single queues, at Application Insights and
// at the vault: nothing beyond them.

import { Developer } from 'types.bicep'

param identityName string
param storageName string
param queues string[]
param insightsName string

@description('Empty where there is no vault.')
param vaultName string
param developers Developer[]

var blobOwner = 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
var blobContributor = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
var blobReader = '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1'
var queueContributor = '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
var queueReader = '19e7f393-937e-4f77-808e-94535e297925'
var tableContributor = '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
var tableReader = '76199698-9eea-4c19-bc75-cec21354c6b6'
var metricsPublisher = '3913510d-42f4-4e42-8a64-420c390055eb'
var secretsUser = '4633458b-17de-408a-b874-0445c86b69e6'

var rolesOfAccess = {
  read: [blobReader, queueReader, tableReader]
  write: [blobContributor, queueContributor, tableContributor]
}
var developerRoles = flatten(map(
  developers,
  each =>
    map(rolesOfAccess[each.access], role => {
      role: role
      principalId: each.principalId
      principalType: each.principalType
    })
))

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource storage 'Microsoft.Storage/storageAccounts@2025-08-01' existing = {
  name: storageName

  resource queueService 'queueServices' existing = {
    name: 'default'

    resource queue 'queues' existing = [for queue in queues: { name: queue }]
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = { name: insightsName }

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = if (!empty(vaultName)) {
  name: vaultName
}

resource appAtStorage 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in [blobOwner, tableContributor]: {
    name: guid(storage.id, identity.id, role)
    scope: storage
    properties: {
      principalId: identity.properties.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
    }
  }
]

resource appAtQueues 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (queue, at) in queues: {
    name: guid(storage::queueService::queue[at].id, identity.id, queueContributor)
    scope: storage::queueService::queue[at]
    properties: {
      principalId: identity.properties.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId(
        'Microsoft.Authorization/roleDefinitions',
        queueContributor
      )
    }
  }
]

resource appAtInsights 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(insights.id, identity.id, metricsPublisher)
  scope: insights
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      metricsPublisher
    )
  }
}

resource appAtVault 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(vaultName)) {
  name: guid(vault.id, identity.id, secretsUser)
  scope: vault
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsUser)
  }
}

resource developersAtStorage 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for each in developerRoles: {
    name: guid(storage.id, each.principalId, each.role)
    scope: storage
    properties: {
      principalId: each.principalId
      principalType: each.principalType
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', each.role)
    }
  }
]
