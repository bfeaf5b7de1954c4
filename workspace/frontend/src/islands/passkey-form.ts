// <passkey-form hidden><form data-ceremony="get|create"><input type="hidden" name="credential"><button>…</button>
// <p role="alert"></p></form></passkey-form>
// Asks the browser for a passkey and sends what it answers with the form. The options stand in #passkey-options, or
// come from the form's address. Shown only where the browser knows passkeys.

interface Options {
  publicKey: PublicKeyCredentialCreationOptionsJSON & PublicKeyCredentialRequestOptionsJSON;
}

const REASONS: Record<string, string> = {
  NotAllowedError: "The browser made nothing of it: it was cancelled, or took too long.",
  InvalidStateError: "This device has a passkey for you already.",
  SecurityError: "Passkeys want a name and HTTPS: open the page by its name, not by a number.",
};

class PasskeyForm extends HTMLElement {
  connectedCallback(): void {
    if (!("PublicKeyCredential" in window) || !PublicKeyCredential.parseRequestOptionsFromJSON) return;
    this.hidden = false;
    this.querySelector("form")?.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.ask(event.currentTarget as HTMLFormElement);
    });
  }

  private async ask(form: HTMLFormElement): Promise<void> {
    try {
      const { publicKey } = await this.options(form);
      const credential =
        form.dataset["ceremony"] === "create" ? await this.make(publicKey) : await this.find(publicKey);
      const field = form.elements.namedItem("credential") as HTMLInputElement;
      field.value = JSON.stringify((credential as PublicKeyCredential).toJSON());
      form.submit();
    } catch (error) {
      this.say(error);
    }
  }

  private async options(form: HTMLFormElement): Promise<Options> {
    const told = document.getElementById("passkey-options");
    if (told) return JSON.parse(told.textContent ?? "") as Options;
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error("The house did not answer; try again.");
    return ((await answer.json()) as { request_options: Options }).request_options;
  }

  private find(options: Options["publicKey"]): Promise<Credential | null> {
    return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
  }

  // Kept by the device and opened by finger, face or PIN: then it signs in by itself, without a name or a password.
  private make(options: Options["publicKey"]): Promise<Credential | null> {
    const authenticatorSelection = {
      ...options.authenticatorSelection,
      residentKey: "required" as const,
      requireResidentKey: true,
      userVerification: "required" as const,
    };
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON({ ...options, authenticatorSelection });
    return navigator.credentials.create({ publicKey });
  }

  private say(error: unknown): void {
    const place = this.querySelector("[role=alert]");
    const name = error instanceof Error ? error.name : "";
    if (place) place.textContent = REASONS[name] ?? (error instanceof Error ? error.message : "It did not work.");
  }
}

customElements.define("passkey-form", PasskeyForm);
export {};
