// A form of the API's takes a file to the store of uploads, whose address for forms is its root. Nothing else goes there.
function handler(event) {
  var request = event.request;
  if (request.method !== 'POST') {
    return { statusCode: 405, statusDescription: 'Method Not Allowed', headers: { allow: { value: 'POST' } } };
  }
  request.uri = '/';
  request.querystring = {};
  request.cookies = {};
  return request;
}
