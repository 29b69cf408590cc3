// The pages of the console share one file; what has a dot in its last part is a file of its own. A browser that asks
// for the root is led to the console, everybody else goes on to the API.
function handler(event) {
  var request = event.request;
  var uri = request.uri;
  var accept = request.headers.accept ? request.headers.accept.value : '';
  if (uri === '/app' || (uri === '/' && accept.indexOf('text/html') !== -1)) {
    return { statusCode: 302, statusDescription: 'Found', headers: { location: { value: '/app/' } } };
  }
  if (uri !== '/' && uri.slice(uri.lastIndexOf('/') + 1).indexOf('.') === -1) {
    request.uri = '/app/index.html';
  }
  return request;
}
