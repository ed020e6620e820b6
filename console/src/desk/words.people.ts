// The words of the pages on which accounts and offices are administered.
export const people = {
  zh: {
    nav: { accounts: '账号与岗位', 'account-of': '账号', requests: '岗位审批' },
    people: {
      title: '账号与岗位', make: '新建账号', q: '账号或姓名', unit: '单位(含下级)', role: '岗位', open: '状态', isOpen: '启用', isClosed: '停用', never: '从未登录', factorMissing: '须有动态口令而未登记',
      total: '共 {n} 个账号', none: '没有符合条件的账号', account: '账号', zh: '姓名', en: '英文姓名', offices: '岗位', signedIn: '最近登录', neverYet: '从未', factor: '动态口令', has: '已登记', hasNot: '未登记', required: '应登记',
      sessions: '登录', tokens: '令牌', reason: '事由', reasonTip: '记入审计日志,请勿写号码', save: '保存', names: '姓名', changeNames: '修改姓名', changeOffices: '修改岗位', add: '增加岗位', remove: '移除', point: '窗口', pointAny: '不限窗口', alone: '不得兼任', second: '须第二人同意',
      secondTip: '授予或收回监督、管理岗位须由另一名系统管理员或市政法委(督查考评)同意,同意前岗位不变。', waits: '岗位变更等待第二人审批', own: '这是您本人的账号,须由其他管理员管理。', guarded: '该账号有监督或管理岗位:重置密码、解除动态口令和重新启用由运维人员在服务器上办理(huajie user)。',
      state: '状态', created: '建立时间', closedAt: '停用时间', mustChange: '一次性密码尚未更换', bound: '已绑定统一身份', notBound: '未绑定统一身份', byHand: '由管理员维护,重新加载账号清单时不变', carried: '名下在办件', carriedTip: '停用后退回下列单位,由其联络员另行交办;此处只有件数。', first: '首问责任', nothing: '名下没有在办件', cases: '{n} 件',
      close: '停用', reopen: '启用', password: '一次性密码', dropFactor: '解除动态口令', endSessions: '全部退出登录', endTokens: '吊销全部令牌', sure: '确定{what}?', closeSure: '停用 {who}:立即退出登录,名下 {n} 件退回经办单位。', passwordSure: '为 {who} 生成一次性密码:原密码作废,全部退出登录。',
      once: '一次性密码', onceTip: '只显示这一次。请当面交给本人,首次登录须更换。', copy: '复制', copied: '已复制', print: '打印', kept: '已交给本人', told: '这一请求此前已办理,密码不再显示;需要时请重新生成。', done: '已办理', closedDone: '已停用,{n} 件将退回经办单位', asked: '已提交,等待第二人同意', stale: '账号已被他人更改,已重新读取,请核对后再保存',
    },
    request: { title: '岗位审批', none: '没有等待审批的岗位变更', who: '账号', before: '现岗位', after: '变更为', reason: '事由', by: '申请人', at: '申请时间', lapses: '逾期失效', approve: '同意', decline: '退回', withdraw: '撤回', note: '说明', approveSure: '同意后岗位立即生效。', mine: '您提出的申请须由他人审批', about: '涉及您本人' },
  },
  en: {
    nav: { accounts: 'Accounts', 'account-of': 'Account', requests: 'Offices to approve' },
    people: {
      title: 'Accounts and offices', make: 'New account', q: 'Account or name', unit: 'Unit and below', role: 'Office', open: 'State', isOpen: 'open', isClosed: 'closed', never: 'Never signed in', factorMissing: 'Second factor missing',
      total: '{n} accounts', none: 'No account matches', account: 'Account', zh: 'Chinese name', en: 'English name', offices: 'Offices', signedIn: 'Last sign-in', neverYet: 'never', factor: 'Second factor', has: 'yes', hasNot: 'no', required: 'required',
      sessions: 'Sign-ins', tokens: 'Tokens', reason: 'Reason', reasonTip: 'Goes on the audit log; no numbers of people', save: 'Save', names: 'Names', changeNames: 'Change names', changeOffices: 'Change offices', add: 'Add an office', remove: 'Remove', point: 'Window', pointAny: 'any window', alone: 'held alone', second: 'needs a second person',
      secondTip: 'To give or take a supervising or administering office another administrator or the city supervision has to agree; until then nothing changes.', waits: 'A change of offices waits for a second person', own: 'This is your own account: another administrator administers it.', guarded: 'The account has a supervising or administering office: password, second factor and opening are for the operator on the server (huajie user).',
      state: 'State', created: 'Made', closedAt: 'Closed', mustChange: 'the password for one sign-in has not been changed', bound: 'bound to an identity at the provider', notBound: 'not bound to an identity at the provider', byHand: 'kept by administrators: loading a list of accounts leaves it alone', carried: 'Open cases in this name', carriedTip: 'After closing they go back to these units, whose liaison names somebody else. Only how many, never which.', first: 'First responder of', nothing: 'No open case is in this name', cases: '{n} cases',
      close: 'Close', reopen: 'Open', password: 'Password for one sign-in', dropFactor: 'Remove second factor', endSessions: 'End all sign-ins', endTokens: 'Revoke all tokens', sure: '{what}?', closeSure: 'Close {who}: every sign-in ends, {n} cases go back to their units.', passwordSure: 'Make a password for one sign-in for {who}: the present one and every sign-in end.',
      once: 'Password for one sign-in', onceTip: 'Shown this once. Hand it over in person; it has to be changed at the first sign-in.', copy: 'Copy', copied: 'Copied', print: 'Print', kept: 'Handed over', told: 'This request was carried out before, and the password is not shown again; make another if it is needed.', done: 'Done', closedDone: 'Closed; {n} cases go back to their units', asked: 'Asked for: it waits for a second person', stale: 'Somebody else has changed the account; it has been read again, check before you save',
    },
    request: { title: 'Offices to approve', none: 'No change of offices waits', who: 'Account', before: 'Offices now', after: 'Change to', reason: 'Reason', by: 'Asked by', at: 'Asked', lapses: 'Lapses', approve: 'Agree', decline: 'Decline', withdraw: 'Take back', note: 'Note', approveSure: 'The offices count at once.', mine: 'You asked for this: somebody else decides', about: 'It is about you' },
  },
}
