"""What is said around the thing that is meant, in any city."""


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Left out where anything else was said.
TALK = _listed("""
    办 去办 查 我 你 他 她 我们 我家 家里 自己 要 我要 我想 想 想要 需要 请 请问 您好 你好 怎么 怎样 如何 怎么办 咋
    咋办 怎么弄 怎么搞 哪里 哪儿 在 哪 在哪 在哪里 去哪 去哪里 到哪里 什么 哪些 多少 多少钱 多久 几天 什么时候 可以
    可不可以 能 能不能 行不行 是否 是 一下 关于 的 得 地 了 吗 呢 啊 吧 呀 和 与 及 或 把 被 给 让 去 来 到 从 有 没有
    会 应该 必须 一个 一张 这个 那个 带什么 要带什么 准备什么 要什么 要准备什么 帮我 帮忙 告诉我 知道 现在 今天 最近
    已经 刚 刚刚 快 快要 还 还有 里 里面 上 上面 新的 新 旧的 弄 搞 做 下 后 之后 以后 时候 问题 想问 问一下 咨询 求助
    怎 么 办好 a an the of for to in on at my your his her our i we you how do does did can could where what when
    hello hi which is are am be want need would like please get it this that with and or from s have has new
""")
# Found in many names: these rank, but do not decide what is found.
SOFT = _listed("""
    办理 办事 申请 申办 申报 手续 流程 材料 业务 事项 服务 个人 上海 上海市 本市 网上 线上 查询 信息 情况 预约 apply
    appli applic shanghai service servic
""")
