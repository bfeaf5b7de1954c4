// `node openid.mjs '{"port": …, "client": "…", "secret": "…", "redirect": "…"}'`: a certified OpenID provider. Who signs
// in says what their subject is; everybody has the same e-mail address and the groups of the configuration.
import { generateKeyPairSync } from "node:crypto";
import Provider from "oidc-provider";

const told = JSON.parse(process.argv[2]);
const issuer = `http://127.0.0.1:${told.port}`;
const key = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" });

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: told.client,
      client_secret: told.secret,
      redirect_uris: [told.redirect],
      response_types: ["code"],
      grant_types: ["authorization_code"],
    },
  ],
  jwks: { keys: [{ ...key, kid: "one", use: "sig", alg: "RS256" }] },
  cookies: { keys: ["for tests only"] },
  pkce: { required: () => true },
  scopes: ["openid", "profile", "email", "groups"],
  claims: {
    openid: ["sub", "auth_time"],
    profile: ["name", "preferred_username"],
    email: ["email", "email_verified"],
    groups: ["groups"],
  },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({
      sub: id,
      name: "Nora May Kim",
      preferred_username: "nora",
      email: "nora@example.org",
      email_verified: true,
      groups: told.groups ?? [],
    }),
  }),
});
provider.listen(told.port, "127.0.0.1", () => console.log("ready"));
