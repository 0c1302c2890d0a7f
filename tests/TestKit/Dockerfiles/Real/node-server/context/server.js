const greet = require('greeter');
const server = require('http').createServer((request, response) => response.end(greet(request.url.slice(1)) + '\n'));
server.listen(3000, '127.0.0.1');
