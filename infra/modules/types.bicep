// The shapes of structured parameters, so that a wrong field is refused before anything is deployed.

@export()
@description('Put on every resource.')
type Tags = { *: string }

@export()
@description('What the monitor itself can be told; the values given here are its own defaults.')
type MonitorSettings = {
  @description('At most two tag keys that tell series apart.')
  @maxLength(2)
  seriesTags: string[]?

  @description('How long after its end a minute counts as complete, in seconds.')
  @minValue(0)
  @maxValue(600)
  evaluationDelaySeconds: int?

  @description('How many missed minutes alert evaluation makes up for.')
  @minValue(1)
  @maxValue(50000)
  evaluationCatchUpMinutes: int?

  @description('Partitions that a bucket is spread over; one takes some 2,000 posts a second.')
  @minValue(1)
  @maxValue(256)
  chunkShards: int?

  @description('Days that raw records and minute rollups are kept.')
  @minValue(3)
  @maxValue(366)
  chunkRetentionDays: int?

  @description('Days that hour rollups are kept.')
  @minValue(3)
  @maxValue(4000)
  hourRetentionDays: int?

  @description('Days that day rollups are kept.')
  @minValue(3)
  @maxValue(20000)
  dayRetentionDays: int?

  @description('Series of full detail per kind and day.')
  @minValue(10)
  @maxValue(2000)
  maxSeries: int?

  @description('Let channels lead to http addresses and into private networks.')
  allowPrivateWebhooks: bool?

  @description('How far from its normal value a metric has to be to have changed.')
  @minValue(1)
  @maxValue(1000)
  degradationPercent: int?

  @description('Mean response time in ms from which on advice is given, whatever is normal.')
  @minValue(1)
  @maxValue(3600000)
  maxMeanResponseMs: int?

  @description('The same of the 99th percentile, in ms.')
  @minValue(1)
  @maxValue(3600000)
  maxP99ResponseMs: int?

  @description('The same of failures, in percent of requests.')
  @minValue(1)
  @maxValue(100)
  maxErrorRatePercent: int?

  @description('The same of input and output tokens a request.')
  @minValue(1)
  @maxValue(10000000)
  maxTokensPerRequest: int?

  @description('Channel that gets the week in review; empty: none.')
  weeklySummaryChannel: string?
}

@export()
@description('How far the app may scale, and how it is packed; the reasons stand in app.bicep.')
type Scale = {
  @description('Memory of one instance, in MB.')
  instanceMemoryMb: (512 | 2048 | 4096)?

  @description('The most instances at a time, over all functions.')
  @minValue(1)
  @maxValue(1000)
  maximumInstances: int?

  @description('HTTP calls that one instance works on at a time.')
  @minValue(1)
  @maxValue(1000)
  httpConcurrency: int?

  @description('Instances that are kept running for HTTP, billed whether used or not.')
  @minValue(0)
  @maxValue(100)
  alwaysReadyHttp: int?

  @description('Keep two instances in different zones, billed as always ready.')
  zoneRedundant: bool?
}

@export()
@description('LRS: three copies in one datacenter; ZRS: in three zones; GRS, GZRS: and in another region.')
type StorageSku = 'Standard_LRS' | 'Standard_ZRS' | 'Standard_GRS' | 'Standard_GZRS'

@export()
@description('How much telemetry is kept, and who may send it.')
type Telemetry = {
  @description('Most gigabytes a day; telemetry beyond is dropped until the next day.')
  @minValue(1)
  @maxValue(1000)
  dailyCapGb: int?

  @description('Days that telemetry can be queried.')
  @minValue(30)
  @maxValue(730)
  retentionDays: int?

  @description('Accept telemetry that only names the instrumentation key.')
  localAuth: bool?
}

@export()
@description('A webhook that alerts are posted to, in the common alert schema.')
type Webhook = {
  @maxLength(60)
  name: string

  @secure()
  @description('HTTPS address; it may carry a token, so it never shows in outputs or logs.')
  uri: string
}

@export()
@description('A virtual network of the app, with private endpoints for what it stores in.')
type Network = {
  enabled: bool

  @description('At least a /25: half for the app, half for endpoints.')
  addressPrefix: string?

  @description('Public addresses that may still reach the storage account and the vault.')
  allowedIpRanges: string[]?
}

@export()
@description('Microsoft Entra tokens, asked for beside the function key.')
type Entra = {
  @description('Application (client) id of the API; empty: function keys alone.')
  clientId: string

  @description('Tenant that issues the tokens; unless given, the deployment\'s own.')
  tenantId: string?

  @description('Client ids that may call; empty: every application of the tenant with a token for the API.')
  allowedClientIds: string[]?
}

@export()
@description('A person or group that may look into the storage account, or run the app against it.')
type Developer = {
  @description('Object id.')
  @minLength(36)
  @maxLength(36)
  principalId: string
  principalType: 'Group' | 'User' | 'ServicePrincipal'
  access: 'read' | 'write'
}

@export()
@description('A log search alert rule.')
type AlertRule = {
  description: string

  @description('0 critical, 1 error, 2 warning, 3 informational.')
  severity: 0 | 1 | 2 | 3
  query: string

  @description('How often it is evaluated, as PT5M.')
  frequency: string

  @description('How far back it looks, as PT15M.')
  window: string

  @description('Column to add up; unless given, rows are counted.')
  measure: string?

  @description('Unless given, GreaterThan.')
  operator: ('GreaterThan' | 'LessThan')?

  @description('Unless given, 0.')
  threshold: int?

  @description('Columns that tell one alert from another, six at most.')
  @maxLength(6)
  dimensions: string[]?
}
