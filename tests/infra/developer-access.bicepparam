// A small monitor for development: people reach its storage, instrumentation keys are accepted.
using '../../infra/main.bicep'

param environmentName = 'dev'
param alertEmail = 'team@example.com'
param budgetStart = '2026-11-01'
param budgetAmount = 0
param monitor = { seriesTags: ['team'], chunkRetentionDays: 7, hourRetentionDays: 30 }
param scale = { instanceMemoryMb: 512, maximumInstances: 5 }
param telemetry = { localAuth: true }
param network = { enabled: true, allowedIpRanges: ['203.0.113.0/24'] }
param developers = [
  {
    principalId: '44444444-4444-4444-8444-444444444444'
    principalType: 'Group'
    access: 'read'
  }
  {
    principalId: '55555555-5555-4555-8555-555555555555'
    principalType: 'User'
    access: 'write'
  }
]
