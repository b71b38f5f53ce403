// Binds KQL queries against the tables of Application Insights, as a log search rule over it sees them.
//
// Reads [{file, line, text}] and writes [{file, line, column, message}], one for each fault.
// Columns: https://learn.microsoft.com/azure/azure-monitor/app/data-model-complete and the table
// reference of Application Insights.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const service = require('node:module').createRequire(path.join(process.cwd(), 'package.json'));

service('@kusto/language-service-next/bridge.min.js');
service('@kusto/language-service-next/Kusto.Language.Bridge.min.js');
const { KustoCode, GlobalState, Symbols } = globalThis.Kusto.Language;

const strings = (names) => names.split(' ').map((name) => `${name}:string`).join(', ');

// What every table has.
const shared = [
  'timestamp:datetime, itemCount:int, customDimensions:dynamic',
  strings('itemType itemId operation_Name operation_Id operation_ParentId operation_SyntheticSource'),
  strings('session_Id user_Id user_AuthenticatedId user_AccountId application_Version'),
  strings('client_Type client_Model client_OS client_IP client_City client_StateOrProvince'),
  strings('client_CountryOrRegion client_Browser cloud_RoleName cloud_RoleInstance'),
  strings('appId appName iKey sdkVersion _ResourceId'),
];
const call = 'duration:real, customMeasurements:dynamic, ' + strings('resultCode success performanceBucket');
const own = {
  customEvents: ['name:string, customMeasurements:dynamic'],
  customMetrics: ['name:string, value:real, valueCount:int, valueSum:real, valueMin:real, valueMax:real, valueStdDev:real'],
  dependencies: [call, strings('id target type name data')],
  exceptions: [
    'severityLevel:int, details:dynamic, customMeasurements:dynamic',
    strings('problemId handledAt type message assembly method outerType outerMessage outerAssembly'),
    strings('outerMethod innermostType innermostMessage innermostAssembly innermostMethod'),
  ],
  requests: [call, strings('id source name url')],
  traces: ['message:string, severityLevel:int, customMeasurements:dynamic'],
};

const tables = Object.entries(own).map(
  ([name, columns]) => new Symbols.TableSymbol.$ctor7(name, `(${[...shared, ...columns].join(', ')})`, null),
);
const globals = GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.ctor('insights', tables));

function* faultsOf({ file, line, text }) {
  // With isfuzzy a misspelt table counts as an absent one: here it must exist.
  const strict = text.replace(/isfuzzy\s*=\s*true/g, (words) => ' '.repeat(words.length));
  const code = KustoCode.ParseAndAnalyze(strict, globals);
  for (const found of globalThis.Bridge.toArray(code.GetDiagnostics())) {
    if (found.Severity !== 'Error' && found.Severity !== 'Warning') continue;
    const before = strict.slice(0, found.Start).split('\n');
    const at = { line: line + before.length - 1, column: before.at(-1).length + 1 };
    yield { file, ...at, message: `${found.Code} ${found.Message}` };
  }
}

const queries = JSON.parse(fs.readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify(queries.flatMap((query) => [...faultsOf(query)])));
