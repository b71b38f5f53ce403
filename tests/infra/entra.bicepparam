// Callers show a Microsoft Entra token beside their function key; one instance is kept warm, and
// alerts are looked for every minute.
using '../../infra/main.bicep'

param environmentName = 'prod'
param alertEmail = 'oncall@example.com'
param budgetStart = '2026-11-01'
param alertFrequency = 'PT1M'
param scale = { alwaysReadyHttp: 1 }
param entra = {
  clientId: '11111111-1111-4111-8111-111111111111'
  tenantId: '22222222-2222-4222-8222-222222222222'
  allowedClientIds: ['33333333-3333-4333-8333-333333333333']
}
