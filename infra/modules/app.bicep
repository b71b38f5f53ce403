// The function app on its Flex Consumption plan, reached over HTTPS with a function key.

import { Entra, MonitorSettings, Scale, Tags } from 'types.bicep'

param name string
param planName string
param location string
param tags Tags
param environmentName string
param identityName string
param storageName string
param deploymentContainer string
param insightsName string

@description('Empty where there is no vault.')
param vaultName string

@description('App setting -> name of the secret in the vault.')
param vaultSettings Tags

@description('Network that the app calls out through; empty: none.')
param networkName string
param monitor MonitorSettings
param scale Scale
param entra Entra

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource storage 'Microsoft.Storage/storageAccounts@2025-08-01' existing = { name: storageName }

resource insights 'Microsoft.Insights/components@2020-02-02' existing = { name: insightsName }

resource network 'Microsoft.Network/virtualNetworks@2025-01-01' existing = if (!empty(networkName)) {
  name: networkName

  resource subnet 'subnets' existing = { name: 'app' }
}

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true, zoneRedundant: scale.?zoneRedundant ?? false }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'api' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identity.id}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    publicNetworkAccess: 'Enabled'
    keyVaultReferenceIdentity: identity.id
    virtualNetworkSubnetId: empty(networkName) ? null : network::subnet.id
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      http20Enabled: true
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${storage.properties.primaryEndpoints.blob}${deploymentContainer}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identity.id
          }
        }
      }
      runtime: { name: 'python', version: '3.13' }
      scaleAndConcurrency: {
        // Rollups decode whole buckets with numpy; 512 MB would leave them no room, and a CPU share
        // comes with memory.
        instanceMemoryMB: scale.?instanceMemoryMb ?? 2048
        // A ceiling on cost: each of the minute timers takes one instance of its own, HTTP the rest.
        maximumInstanceCount: scale.?maximumInstances ?? 40
        // A cold start is a slow answer, not a lost one, and clients may resend: none by default.
        alwaysReady: (scale.?alwaysReadyHttp ?? 0) > 0
          ? [{ name: 'http', instanceCount: scale.?alwaysReadyHttp ?? 0 }]
          : []
        // Python's default is 1. Handlers are async and wait for storage most of the time; beside
        // that, posts that arrive together share a transaction.
        triggers: { http: { perInstanceConcurrency: scale.?httpConcurrency ?? 16 } }
      }
    }
  }

  // Publishing signs in with Microsoft Entra; passwords would be a way around it.
  resource ftpPassword 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource scmPassword 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }

  resource settings 'config' = {
    name: 'appsettings'
    properties: union(
      {
        AzureWebJobsStorage__accountName: storage.name
        AzureWebJobsStorage__credential: 'managedidentity'
        AzureWebJobsStorage__clientId: identity.properties.clientId
        AZURE_CLIENT_ID: identity.properties.clientId
        APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString
        APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.properties.clientId};Authorization=AAD'
        PYTHON_APPLICATIONINSIGHTS_ENABLE_TELEMETRY: 'true'
        PYTHON_APPLICATIONINSIGHTS_LOGGER_NAME: 'shared'
        MONITOR_ENVIRONMENT: environmentName
        SERIES_TAGS: join(monitor.?seriesTags ?? [], ',')
        EVALUATION_DELAY_S: string(monitor.?evaluationDelaySeconds ?? 30)
        EVALUATION_CATCH_UP_M: string(monitor.?evaluationCatchUpMinutes ?? 60)
        CHUNK_SHARDS: string(monitor.?chunkShards ?? 1)
        CHUNK_RETENTION_D: string(monitor.?chunkRetentionDays ?? 35)
        HOUR_RETENTION_D: string(monitor.?hourRetentionDays ?? 400)
        DAY_RETENTION_D: string(monitor.?dayRetentionDays ?? 1826)
        MAX_SERIES: string(monitor.?maxSeries ?? 2000)
        ALLOW_PRIVATE_WEBHOOKS: toLower(string(monitor.?allowPrivateWebhooks ?? false))
        DEGRADATION_PERCENT: string(monitor.?degradationPercent ?? 20)
        MAX_MEAN_RESPONSE_MS: string(monitor.?maxMeanResponseMs ?? 3000)
        MAX_P99_RESPONSE_MS: string(monitor.?maxP99ResponseMs ?? 10000)
        MAX_ERROR_RATE_PERCENT: string(monitor.?maxErrorRatePercent ?? 5)
        MAX_TOKENS_PER_REQUEST: string(monitor.?maxTokensPerRequest ?? 1500)
        WEEKLY_SUMMARY_CHANNEL: monitor.?weeklySummaryChannel ?? ''
      },
      mapValues(
        vaultSettings,
        secret => '@Microsoft.KeyVault(VaultName=${vaultName};SecretName=${secret})'
      )
    )
  }

  resource authentication 'config' = if (!empty(entra.clientId)) {
    name: 'authsettingsV2'
    // Each change of a site's configuration restarts it: one after the other.
    dependsOn: [settings]
    properties: {
      platform: { enabled: true }
      globalValidation: {
        requireAuthentication: true
        unauthenticatedClientAction: 'Return401'
        excludedPaths: ['/api/health']
      }
      httpSettings: { requireHttps: true }
      identityProviders: {
        azureActiveDirectory: {
          enabled: true
          registration: {
            clientId: entra.clientId
            openIdIssuer: '${environment().authentication.loginEndpoint}${entra.?tenantId ?? tenant().tenantId}/v2.0'
          }
          validation: {
            allowedAudiences: [entra.clientId, 'api://${entra.clientId}']
            defaultAuthorizationPolicy: { allowedApplications: entra.?allowedClientIds ?? [] }
          }
        }
      }
      login: { tokenStore: { enabled: false } }
    }
  }
}

output url string = 'https://${app.properties.defaultHostName}'
