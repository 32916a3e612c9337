"use strict";

// Starts Swagger UI on the server's own contract. Everything comes from the
// same origin, so that the page works under a strict Content-Security-Policy:
// no validator badge, no remote specification.
window.addEventListener("DOMContentLoaded", () => {
  SwaggerUIBundle({
    url: "/openapi.yaml",
    domNode: document.getElementById("swagger-ui"),
    presets: [SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
    deepLinking: true,
    displayRequestDuration: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    filter: true,
    tryItOutEnabled: true,
    validatorUrl: null,
    // A token that is typed here must not outlive the page.
    persistAuthorization: false,
    // Query parameters of this page must not redirect it to another document.
    queryConfigEnabled: false,
  });
});
