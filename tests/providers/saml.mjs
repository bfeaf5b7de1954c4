// `node saml.mjs '{"port": …, "key": "…", "cert": "…", "foreign_key": "…", "foreign_cert": "…", "acs": "…"}'`: a SAML
// identity provider. The query's `subject` is who signs in, its `fault` what is wrong with the answer.
import { createServer } from "node:http";
import samlp from "samlp";

const told = JSON.parse(process.argv[2]);
const issuer = `http://127.0.0.1:${told.port}/metadata`;
const PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
const FAULTS = {
  audience: { audience: "http://elsewhere.example/metadata" },
  issuer: { issuer: "http://elsewhere.example/idp" },
  recipient: { recipient: "http://elsewhere.example/acs/", destination: "http://elsewhere.example/acs/" },
  expired: { lifetimeInSeconds: -600 },
  key: { key: told.foreign_key, cert: told.foreign_cert },
  email: { nameIdentifierFormat: "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress" },
};

function mapper(user) {
  return {
    getClaims: () => ({ groups: user.groups, mail: "nora@example.org" }),
    getNameIdentifier: () => ({ nameIdentifier: user.subject, nameIdentifierFormat: user.format }),
  };
}
mapper.prototype = { metadata: [] };

createServer((request, response) => {
  const address = new URL(request.url, issuer);
  request.query = Object.fromEntries(address.searchParams);
  request.originalUrl = request.url;
  response.set = (name, value) => response.setHeader(name, value);
  response.send = (body) => response.end(body);
  response.status = (code) => ((response.statusCode = code), response);
  const fail = (error) => {
    response.statusCode = 500;
    response.end(String(error?.stack ?? error));
  };
  if (address.pathname === "/metadata") {
    return samlp.metadata({
      issuer, cert: told.cert, profileMapper: mapper, redirectEndpointPath: "/sso", postEndpointPath: "/sso",
    })(Object.assign(request, { protocol: "http", get: () => `127.0.0.1:${told.port}` }), response, fail);
  }
  const fault = FAULTS[request.query.fault] ?? {};
  samlp.auth({
    issuer, key: told.key, cert: told.cert, audience: told.audience, recipient: told.acs, destination: told.acs,
    nameIdentifierFormat: PERSISTENT, signatureAlgorithm: "rsa-sha256", digestAlgorithm: "sha256",
    profileMapper: mapper, getPostURL: (_audience, _document, _request, done) => done(null, told.acs),
    getUserFromRequest: () => ({
      subject: request.query.subject, groups: told.groups ?? [], format: fault.nameIdentifierFormat ?? PERSISTENT,
    }),
    ...fault,
  })(request, response, fail);
}).listen(told.port, "127.0.0.1", () => console.log("ready"));
