"use strict";
// Credentials that a reader types in stay in this page: nothing is kept, and nothing is asked of another host.
SwaggerUIBundle({
  url: "v1/openapi.json",
  dom_id: "#reference",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  docExpansion: "list",
  filter: true,
  persistAuthorization: false,
  showExtensions: false,
  validatorUrl: null,
});
