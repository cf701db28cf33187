// Reads {name: {html, subject}} from standard input, writes {name: findings} to standard output.
import { auditEmail } from "@emailens/engine";
import { HtmlValidate } from "html-validate";
import { readFileSync } from "node:fs";

// Mailboxes want attributes and styles where pages want a style sheet.
const validator = new HtmlValidate({
  root: true,
  extends: ["html-validate:recommended", "html-validate:a11y"],
  rules: {
    "doctype-style": ["error", { style: "lowercase" }],
    "no-inline-style": "off",
    "no-deprecated-attr": "off",
    "no-trailing-whitespace": "off",
    "prefer-tbody": "off",
    // A mailbox shows the subject, whatever the title says.
    "long-title": "off",
  },
});

function audited({ html, subject }) {
  const report = auditEmail(html, { subject });
  const { scores, warnings } = report.compatibility;
  return {
    clients: Object.fromEntries(Object.entries(scores).map(([client, { score, errors }]) => [client, { score, errors }])),
    unsupported: warnings.filter((one) => one.severity === "error").map((one) => `${one.client}: ${one.property}`),
    accessibility: report.accessibility.issues.map(({ rule, severity, element }) => ({ rule, severity, element: element ?? "" })),
    spam: report.spam.issues.map(({ rule, severity }) => ({ rule, severity })),
    links: report.links.issues.map(({ rule, severity }) => ({ rule, severity })),
    clipped: report.size.clipped,
    unresolved: report.templateVariables.unresolvedCount,
  };
}

function validated({ html }) {
  const { results } = validator.validateStringSync(html);
  return results.flatMap((one) => one.messages.map(({ ruleId, message, line, column }) => `${line}:${column} ${ruleId}: ${message}`));
}

const mails = Object.entries(JSON.parse(readFileSync(0, "utf8")));
const findings = mails.map(([name, mail]) => [name, { ...audited(mail), invalid: validated(mail) }]);
process.stdout.write(JSON.stringify(Object.fromEntries(findings)));
