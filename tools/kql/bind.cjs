// Binds KQL queries against the tables of Application Insights, as a log search rule over it sees them.
//
// Reads [{file, line, text}] and writes [{file, line, column, message}], one for each fault.
// Columns: https://learn.microsoft.com/azure/azure-monitor/app/data-model-complete and the table
// reference of Application Insights; they stand in tables.json.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const service = require('node:module').createRequire(path.join(process.cwd(), 'package.json'));
const { every, ...own } = require('./tables.json');

service('@kusto/language-service-next/bridge.min.js');
service('@kusto/language-service-next/Kusto.Language.Bridge.min.js');
const { KustoCode, GlobalState, Symbols } = globalThis.Kusto.Language;

const schema = (columns) => Object.entries(columns).map(([name, type]) => `${name}:${type}`).join(', ');
const tables = Object.entries(own).map(
  ([name, columns]) => new Symbols.TableSymbol.$ctor7(name, `(${schema({ ...every, ...columns })})`, null),
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
