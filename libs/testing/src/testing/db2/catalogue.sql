-- What ibm_db_sa reads of Db2's catalogue (SYSCAT), from Derby's own. Derby lets nobody else make a schema that begins with SYS.
create schema db2cat;

create table db2cat.nothing(n int);

create view db2cat.schemata(schemaname, owner, ownertype, "DEFINER", definertype, remark) as
  select schemaname, authorizationid, 'U', authorizationid, 'U', cast(null as varchar(254)) from sys.sysschemas;

create view db2cat.tables(tabschema, tabname, owner, ownertype, type, status, remarks) as
  select s.schemaname, t.tablename, s.authorizationid, 'U', t.tabletype, 'N', cast(null as varchar(254))
  from sys.systables t join sys.sysschemas s on s.schemaid = t.schemaid;

create view db2cat.views(viewschema, viewname, text) as
  select s.schemaname, t.tablename, v.viewdefinition
  from sys.sysviews v join sys.systables t on t.tableid = v.tableid join sys.sysschemas s on s.schemaid = t.schemaid;

create view db2cat.sequences(seqschema, seqname) as
  select s.schemaname, q.sequencename from sys.syssequences q join sys.sysschemas s on s.schemaid = q.schemaid;

-- Derby keeps a type as one text: VARCHAR(36) NOT NULL.
create view db2cat.declared(tabschema, tabname, colname, colno, whole, nulls, counted, defaulted) as
  select s.schemaname, t.tablename, c.columnname, c.columnnumber - 1,
    case when locate(' NOT NULL', cast(c.columndatatype as varchar(128))) = 0 then cast(c.columndatatype as varchar(128))
      else substr(cast(c.columndatatype as varchar(128)), 1, locate(' NOT NULL', cast(c.columndatatype as varchar(128))) - 1) end,
    case when locate(' NOT NULL', cast(c.columndatatype as varchar(128))) = 0 then 'Y' else 'N' end,
    case when c.autoincrementvalue is null then 'N' else 'Y' end, cast(c.columndefault as varchar(254))
  from sys.syscolumns c join sys.systables t on t.tableid = c.referenceid join sys.sysschemas s on s.schemaid = t.schemaid;

create view db2cat.split(tabschema, tabname, colname, colno, name, size, nulls, counted, defaulted) as
  select tabschema, tabname, colname, colno,
    case when locate('(', whole) = 0 then whole else substr(whole, 1, locate('(', whole) - 1) end,
    case when locate('(', whole) = 0 then '4,0)' when locate(',', whole) > 0 then substr(whole, locate('(', whole) + 1)
      else substr(whole, locate('(', whole) + 1, locate(')', whole) - locate('(', whole) - 1) || ',0)' end,
    nulls, counted, defaulted
  from db2cat.declared;

create view db2cat.columns(tabschema, tabname, colname, colno, typename, length, scale, "DEFAULT", nulls, keyseq, partkeyseq,
    "IDENTITY", "GENERATED", remarks) as
  select tabschema, tabname, colname, colno, case when name = 'CHAR' then 'CHARACTER' else name end,
    cast(substr(size, 1, locate(',', size) - 1) as int),
    cast(substr(size, locate(',', size) + 1, locate(')', size) - locate(',', size) - 1) as int),
    defaulted, nulls, cast(null as varchar(5)), cast(null as varchar(5)), counted,
    case when counted = 'Y' then 'D' else ' ' end, cast(null as varchar(254))
  from db2cat.split;

-- Derby keeps the columns of an index as one text, too: UNIQUE BTREE (2, 1). They are cut off one by one, up to five.
create view db2cat.cut0(tabid, congid, indname, uniq, rest) as
  select tableid, conglomerateid, conglomeratename,
    case when locate('UNIQUE', cast(descriptor as varchar(128))) > 0 then 'U' else 'D' end,
    substr(cast(descriptor as varchar(128)), locate('(', cast(descriptor as varchar(128))) + 1,
      locate(')', cast(descriptor as varchar(128))) - locate('(', cast(descriptor as varchar(128))) - 1) || ','
  from sys.sysconglomerates where isindex;
create view db2cat.cut1(tabid, congid, indname, uniq, n1, rest) as
  select tabid, congid, indname, uniq, cast(substr(rest, 1, locate(',', rest) - 1) as int),
    ltrim(substr(rest, locate(',', rest) + 1)) from db2cat.cut0;
create view db2cat.cut2(tabid, congid, indname, uniq, n1, n2, rest) as
  select tabid, congid, indname, uniq, n1,
    cast(case when locate(',', rest) > 0 then substr(rest, 1, locate(',', rest) - 1) end as int),
    case when locate(',', rest) > 0 then ltrim(substr(rest, locate(',', rest) + 1)) else '' end from db2cat.cut1;
create view db2cat.cut3(tabid, congid, indname, uniq, n1, n2, n3, rest) as
  select tabid, congid, indname, uniq, n1, n2,
    cast(case when locate(',', rest) > 0 then substr(rest, 1, locate(',', rest) - 1) end as int),
    case when locate(',', rest) > 0 then ltrim(substr(rest, locate(',', rest) + 1)) else '' end from db2cat.cut2;
create view db2cat.cut4(tabid, congid, indname, uniq, n1, n2, n3, n4, rest) as
  select tabid, congid, indname, uniq, n1, n2, n3,
    cast(case when locate(',', rest) > 0 then substr(rest, 1, locate(',', rest) - 1) end as int),
    case when locate(',', rest) > 0 then ltrim(substr(rest, locate(',', rest) + 1)) else '' end from db2cat.cut3;
create view db2cat.cut5(tabid, congid, indname, uniq, n1, n2, n3, n4, n5) as
  select tabid, congid, indname, uniq, n1, n2, n3, n4,
    cast(case when locate(',', rest) > 0 then substr(rest, 1, locate(',', rest) - 1) end as int) from db2cat.cut4;

create view db2cat.indexes(tabschema, tabname, indname, colnames, uniquerule, system_required) as
  select s.schemaname, t.tablename, i.indname,
    '+' || a.columnname || coalesce('+' || b.columnname, '') || coalesce('+' || c.columnname, '')
      || coalesce('+' || d.columnname, '') || coalesce('+' || e.columnname, ''),
    case when k.type = 'P' then 'P' else i.uniq end, case when k.type is null then 0 else 1 end
  from db2cat.cut5 i join sys.systables t on t.tableid = i.tabid join sys.sysschemas s on s.schemaid = t.schemaid
    join sys.syscolumns a on a.referenceid = i.tabid and a.columnnumber = i.n1
    left join sys.syscolumns b on b.referenceid = i.tabid and b.columnnumber = i.n2
    left join sys.syscolumns c on c.referenceid = i.tabid and c.columnnumber = i.n3
    left join sys.syscolumns d on d.referenceid = i.tabid and d.columnnumber = i.n4
    left join sys.syscolumns e on e.referenceid = i.tabid and e.columnnumber = i.n5
    left join sys.syskeys y on y.conglomerateid = i.congid left join sys.sysconstraints k on k.constraintid = y.constraintid;

create view db2cat.tabconst(tabschema, tabname, constname, type) as
  select s.schemaname, t.tablename, c.constraintname, case when c.type = 'C' then 'K' else c.type end
  from sys.sysconstraints c join sys.systables t on t.tableid = c.tableid join sys.sysschemas s on s.schemaid = t.schemaid;

create view db2cat.keycoluse(tabschema, tabname, constname, colname) as
  select s.schemaname, t.tablename, k.constraintname, c.columnname
  from sys.sysconstraints k join sys.syskeys y on y.constraintid = k.constraintid join db2cat.cut5 i on i.congid = y.conglomerateid
    join sys.systables t on t.tableid = k.tableid join sys.sysschemas s on s.schemaid = t.schemaid
    join sys.syscolumns c on c.referenceid = t.tableid and c.columnnumber in (i.n1, i.n2, i.n3, i.n4, i.n5);

-- Outlay has no foreign keys; each service's rows belong to a person whom another service knows.
create view db2cat.sqlforeignkeys(fk_name, fktable_schem, fktable_name, fkcolumn_name, pk_name, pktable_schem, pktable_name,
    pkcolumn_name, key_seq) as
  select constraintname, constraintname, constraintname, constraintname, constraintname, constraintname, constraintname,
    constraintname, 1
  from sys.sysconstraints where type = '-';
