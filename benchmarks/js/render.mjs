// Renders templates on request, one engine per line of input, and answers with milliseconds of CPU time per document.
// Line: {"engine": "carbone", "template": "/path.docx", "data": {...}, "times": 20, "out": "/path.docx" or null}
import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import carbone from "carbone";
import Docxtemplater from "docxtemplater";
import { TemplateHandler } from "easy-template-x";
import PizZip from "pizzip";

const handler = new TemplateHandler();

const engines = {
  docxtemplater: async (template, data) => {
    const document = new Docxtemplater(new PizZip(template.bytes), { paragraphLoop: true, linebreaks: true });
    document.render(data);
    return document.getZip().generate({ type: "nodebuffer", compression: "DEFLATE" });
  },
  "easy-template-x": async (template, data) => handler.process(template.bytes, data),
  carbone: (template, data) =>
    new Promise((resolve, reject) =>
      carbone.render(template.path, data, (error, result) => (error ? reject(error) : resolve(result))),
    ),
};

const templates = new Map();

for await (const line of createInterface({ input: process.stdin })) {
  const { engine, template: path, data, times, out } = JSON.parse(line);
  if (!templates.has(path)) templates.set(path, { path, bytes: readFileSync(path) });
  const template = templates.get(path);
  const before = process.cpuUsage();
  let result;
  for (let n = 0; n < times; n++) result = await engines[engine](template, data);
  const used = process.cpuUsage(before);
  if (out) writeFileSync(out, result);
  console.log((used.user + used.system) / 1000 / times);
}
