import {Server} from '/work/main/test/support/server.ts';
import {connect, value} from '/work/main/test/support/sql.ts';
import {createConnection} from 'mysql2/promise';
import {spawnSync} from 'node:child_process';
import net from 'node:net';
import {readFileSync} from 'node:fs';
const server = await Server.start({primaries: 2});
try {
  const tls = await createConnection({host:'127.0.0.1', port: server.portOf(1), user:'root', ssl:{rejectUnauthorized:false}});
  await tls.query('CREATE DATABASE d'); await tls.query('USE d'); await tls.query('CREATE TABLE t (id INT PRIMARY KEY, b LONGBLOB)');
  console.log((await tls.query("SHOW STATUS LIKE 'Ssl_cipher'"))[0]);
  const big = Buffer.alloc(5_000_000, 'ab'); await tls.execute('INSERT INTO t VALUES (?,?)', [1, big]);
  const [r]: any = await tls.execute('SELECT b FROM t WHERE id=?', [1]); console.log('tls blob', Buffer.compare(r[0].b, big));
  for (let i=2;i<200;i++) await tls.execute('INSERT INTO t VALUES (?,?)',[i,'x']); console.log((await tls.execute('SELECT COUNT(*) c FROM t WHERE id > ?',[100]))[0]);
  await tls.query("CREATE USER u@'%' IDENTIFIED BY 'secret'"); await tls.query("CREATE USER n@'%' IDENTIFIED WITH mysql_native_password BY 'old'"); await tls.query("GRANT ALL ON *.* TO u@'%'").catch((e:any)=>console.log(e.message));
  for (const [user,password,ssl] of [['u','secret',true],['u','secret',false],['n','old',false],['u','wrong',true],['n','wrong',false],['zz','x',false]] as const) {
    try { const c = await createConnection({host:'127.0.0.1', port: server.portOf(2), user, password, ...(ssl?{ssl:{rejectUnauthorized:false}}:{})}); console.log(user, ssl, await value(c,'SELECT CURRENT_USER()')); await c.end(); } catch (e:any) { console.log(user, password, ssl, e.errno, e.sqlState, e.message); }
  }
  console.log(spawnSync('mariadb',['-h127.0.0.1',`-P${server.portOf(2)}`,'-uroot','--ssl','--ssl-verify-server-cert=0','-e','SELECT COUNT(*) FROM d.t; SHOW STATUS LIKE "Ssl_version"']).stdout.toString());
  const sb = spawnSync('sysbench',['oltp_read_write','--db-driver=mysql','--mysql-host=127.0.0.1',`--mysql-port=${server.portOf(1)}`,'--mysql-user=root','--mysql-db=d','--tables=2','--table-size=1000','--mysql-ssl=on','prepare']); console.log(sb.stdout.toString().slice(-200), sb.stderr.toString().slice(-300));
  const sb2 = spawnSync('sysbench',['oltp_read_write','--db-driver=mysql','--mysql-host=127.0.0.1',`--mysql-port=${server.portOf(1)}`,'--mysql-user=root','--mysql-db=d','--tables=2','--table-size=1000','--threads=4','--time=4','--mysql-ssl=on','--mysql-ignore-errors=1213','run']); console.log(sb2.stdout.toString().split('\n').filter(l=>/transactions:|ignored/.test(l)).join('\n'), sb2.stderr.toString().slice(-300));
  // bad packets
  const raw = (bytes: Buffer, ms=1500) => new Promise<string>(done => { const s=net.connect(server.portOf(1),'127.0.0.1'); let got=Buffer.alloc(0); s.on('data',d=>{ if(got.length===0) s.write(bytes); got=Buffer.concat([got,d]); }); const end=(w:string)=>{ s.destroy(); const rest=got.subarray(4+got.readUIntLE(0,3)); done(`${w} ${rest.length>8?rest.readUInt16LE(5)+' '+rest.toString('latin1',7).slice(0,80):rest.toString('hex')}`); }; s.on('close',()=>end('closed')); s.on('error',()=>{}); setTimeout(()=>end('open'),ms); });
  console.log('garbage', await raw(Buffer.from('GET / HTTP/1.1\r\n\r\n')));
  console.log('huge login', await raw(Buffer.concat([Buffer.from([0xff,0xff,0xff,1]), Buffer.alloc(200000,65)])));
  console.log('empty login', await raw(Buffer.from([0,0,0,1])));
  console.log('short login', await raw(Buffer.from([3,0,0,1,1,2,3])));
  console.log('random', await raw(Buffer.from(Array.from({length:300},()=>Math.floor(Math.random()*256)))));
  // oversize after login
  const c2 = await connect(server.portOf(1)); c2.on('error',()=>{});
  try { await c2.query('SELECT ?', ['x'.repeat(70_000_000)]); console.log('??'); } catch(e:any) { console.log('oversize', e.errno, e.message); }
  const rss=()=>+/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`,'utf8'))![1]/1000;
  const before=rss(); const silent=[]; for(let i=0;i<500;i++) silent.push(net.connect(server.portOf(1),'127.0.0.1').on('error',()=>{}));
  await new Promise(r=>setTimeout(r,2000)); console.log('silent 500: MB', (rss()-before).toFixed(1)); let t=performance.now(); await Promise.all(silent.map(s=>new Promise(r=>s.on('close',r)))); console.log('silent closed after s', ((performance.now()-t)/1000+2).toFixed(1));
  await tls.query('CREATE TABLE `__proto__` (`constructor` INT PRIMARY KEY, `__proto__` VARCHAR(9), KEY `hasOwnProperty` (`__proto__`))'); await tls.query("INSERT INTO `__proto__` (`__proto__`,`constructor`) VALUES ('p',1)"); console.log((await tls.query({sql:'SELECT `__proto__`, `constructor` FROM `__proto__` WHERE `__proto__`=\'p\' ORDER BY `constructor`', rowsAsArray:true}))[0]); await tls.query('SET @`__proto__` = 5'); console.log((await tls.query({sql:'SELECT @`__proto__`, @`constructor`', rowsAsArray:true}))[0]); await tls.query('CREATE DATABASE `constructor`'); await tls.query('USE `constructor`'); await tls.query('CREATE TABLE `toString` (a INT)'); console.log((await tls.query({sql:'SHOW TABLES', rowsAsArray:true}))[0]);
  console.log('check', await server.check());
} catch (e) { console.log(e); } finally { console.log(server.output.split('\n').filter(l=>/ERROR|died/.test(l)).join('\n')); await server.close(); }
