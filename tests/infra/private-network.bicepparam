// Storage and vault behind private endpoints, with secrets and a webhook.
using '../../infra/main.bicep'

param environmentName = 'prod'
param alertEmail = 'oncall@example.com'
param budgetStart = '2026-11-01'
param webhooks = [{ name: 'incidents', uri: 'https://hooks.example.com/alerts' }]
param network = { enabled: true, addressPrefix: '10.20.0.0/24' }
param storageSku = 'Standard_GZRS'
param scale = { zoneRedundant: true }
param useVault = true
param vaultSettings = { HASH_KEY: 'hash-key', PAGER_SECRET: 'pager-secret' }
