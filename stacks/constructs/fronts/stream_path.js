// A WebSocket API answers only at its stage: /v1/<service>/stream goes there, its query string (the token) untouched
// but for the channel, which the service's name in the path is.
function handler(event) {
  event.request.querystring.channel = { value: event.request.uri.split('/')[2] };
  event.request.uri = '/@STAGE@';
  return event.request;
}
