const fs = require('fs');
fs.mkdirSync('dist/assets', { recursive: true });
fs.writeFileSync('dist/index.html', fs.readFileSync('index.html', 'utf8').replace('@API@', process.argv[2]));
fs.writeFileSync('dist/assets/app.js', 'console.log(1)\n');
