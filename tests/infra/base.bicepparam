// What a deployment with nothing but the answers it asks for looks like.
using '../../infra/main.bicep'

param environmentName = 'prod'
param alertEmail = 'oncall@example.com'
param budgetStart = '2026-11-01'
