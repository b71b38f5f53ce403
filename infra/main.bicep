// Foundry Monitor in one resource group: the function app, what it stores in, and who hears of alerts.
//
// Parameters without a default are asked for. No parameter, setting or output holds a secret.

import { queues, tables } from 'modules/inventory.bicep'
import {
  Developer
  Entra
  MonitorSettings
  Network
  Scale
  StorageSku
  Tags
  Telemetry
  Webhook
} from 'modules/types.bicep'

targetScope = 'resourceGroup'

@description('Where this monitor runs, as prod: letters, digits, hyphens. On events, and in names.')
@minLength(1)
@maxLength(24)
param environmentName string

@description('Region of everything; it must offer Flex Consumption.')
param location string = resourceGroup().location

@description('Who gets alert e-mail.')
@minLength(3)
param alertEmail string

@description('Further addresses that get alert e-mail.')
param moreAlertEmails string[] = []

@description('Addresses that alerts are posted to.')
param webhooks Webhook[] = []

@description('What the resource group may cost a month, in its currency; 0 is no budget.')
@minValue(0)
param budgetAmount int = 50

@description('First day of this month, as 2026-11-01. Keep it: Azure refuses to change it later.')
@minLength(10)
@maxLength(10)
param budgetStart string

@description('How often the monitor\'s alerts are looked for; each minute costs more than five.')
param alertFrequency 'PT1M' | 'PT5M' = 'PT5M'

@description('What the monitor itself can be told; what is left out has its own default.')
param monitor MonitorSettings = {}

@description('How far the app may scale.')
param scale Scale = {}

@description('How much telemetry is kept.')
param telemetry Telemetry = {}

@description('LRS: three copies in one datacenter; ZRS: in three zones; G: and in another region.')
param storageSku StorageSku = 'Standard_LRS'

@description('Make a Key Vault for HASH_KEY and the secrets of webhooks.')
param useVault bool = false

@description('App setting -> name of its secret in the vault, which must hold it already.')
param vaultSettings Tags = {}

@description('A virtual network with private endpoints.')
param network Network = { enabled: false }

@description('Microsoft Entra tokens beside the function key.')
param entra Entra = { clientId: '' }

@description('Who else may reach the storage account.')
param developers Developer[] = []

@description('Put on every resource, beside those below.')
param tags Tags = {}

var token = uniqueString(resourceGroup().id, environmentName)
var suffix = '${toLower(environmentName)}-${token}'
var allTags = union(tags, {
  application: 'foundry-monitor'
  environment: environmentName
  'azd-env-name': environmentName
})
var appName = 'func-${suffix}'
var identityName = 'id-${suffix}'
var storageName = 'st${token}'
var workspaceName = 'log-${suffix}'
var insightsName = 'appi-${suffix}'
var vaultName = 'kv-${token}'
var networkName = 'vnet-${suffix}'
var actionGroupName = 'ag-${suffix}'
var deploymentContainer = 'deployments'
var publicAccess = !network.enabled
var allowedIpRanges = network.?allowedIpRanges ?? []
var withVault = useVault || !empty(vaultSettings)

module identity 'modules/identity.bicep' = {
  params: { name: identityName, location: location, tags: allTags }
}

module storage 'modules/storage.bicep' = {
  params: {
    name: storageName
    location: location
    tags: allTags
    tables: tables
    queues: queues
    deploymentContainer: deploymentContainer
    publicAccess: publicAccess
    allowedIpRanges: allowedIpRanges
    sku: storageSku
  }
}

module insights 'modules/telemetry.bicep' = {
  params: {
    workspaceName: workspaceName
    insightsName: insightsName
    location: location
    tags: allTags
    telemetry: telemetry
  }
}

module vault 'modules/vault.bicep' = if (withVault) {
  dependsOn: [insights]
  params: {
    name: vaultName
    location: location
    tags: allTags
    workspaceName: workspaceName
    publicAccess: publicAccess
    allowedIpRanges: allowedIpRanges
  }
}

module roles 'modules/roles.bicep' = {
  dependsOn: [identity, storage, insights, vault]
  params: {
    identityName: identityName
    storageName: storageName
    queues: queues
    insightsName: insightsName
    vaultName: withVault ? vaultName : ''
    developers: developers
  }
}

module vnet 'modules/network.bicep' = if (network.enabled) {
  params: {
    name: networkName
    location: location
    tags: allTags
    addressPrefix: network.?addressPrefix ?? '10.80.0.0/24'
  }
}

module endpoints 'modules/private-endpoints.bicep' = if (network.enabled) {
  dependsOn: [storage, vault, vnet]
  params: {
    suffix: suffix
    location: location
    tags: allTags
    networkName: networkName
    storageName: storageName
    vaultName: withVault ? vaultName : ''
  }
}

// After the roles: the first thing an instance does is to fetch its package as this identity.
module app 'modules/app.bicep' = {
  dependsOn: [endpoints, roles]
  params: {
    name: appName
    planName: 'plan-${suffix}'
    location: location
    tags: allTags
    environmentName: environmentName
    identityName: identityName
    storageName: storageName
    deploymentContainer: deploymentContainer
    insightsName: insightsName
    vaultName: vaultName
    vaultSettings: vaultSettings
    networkName: network.enabled ? networkName : ''
    monitor: monitor
    scale: scale
    entra: entra
  }
}

module actionGroup 'modules/action-group.bicep' = {
  params: {
    name: actionGroupName
    tags: allTags
    emails: concat([alertEmail], moreAlertEmails)
    webhooks: webhooks
  }
}

module alerts 'modules/alerts.bicep' = {
  dependsOn: [actionGroup, insights]
  params: {
    prefix: suffix
    location: location
    tags: allTags
    insightsName: insightsName
    actionGroupName: actionGroupName
    frequency: alertFrequency
  }
}

module workbook 'modules/workbook.bicep' = {
  dependsOn: [insights]
  params: {
    name: guid(resourceGroup().id, environmentName, 'workbook')
    title: 'Foundry Monitor ${environmentName}'
    location: location
    tags: allTags
    insightsName: insightsName
  }
}

module monthlyBudget 'modules/budget.bicep' = if (budgetAmount > 0) {
  dependsOn: [actionGroup]
  params: {
    name: 'budget-${suffix}'
    amount: budgetAmount
    startDate: budgetStart
    actionGroupName: actionGroupName
  }
}

output AZURE_LOCATION string = location
output AZURE_RESOURCE_GROUP string = resourceGroup().name
output SERVICE_API_NAME string = appName
output SERVICE_API_URL string = app.outputs.url
output STORAGE_ACCOUNT_NAME string = storageName
output APPLICATION_INSIGHTS_NAME string = insightsName
output WORKBOOK_URL string = workbook.outputs.url
output KEY_VAULT_NAME string = withVault ? vaultName : ''
