// A WebSocket API answers only at its stage: /v1/<service>/stream goes there, its query string (the token) untouched.
function handler(event) {
  event.request.uri = '/@STAGE@';
  return event.request;
}
